// Nest applications, as trees in memory and as folders.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The files of a new application, as `nest new` writes them; `changes` replaces some, or with `undefined` leaves them out. */
export function nestApplication(changes = {}, { isModule = true } = {}) {
  const ending = isModule ? '.js' : '';
  const files = {
    'package.json': `${JSON.stringify(
      { name: 'shop', ...(isModule ? { type: 'module' } : {}), dependencies: { '@nestjs/core': '^12.0.1', rxjs: '^7.8.1' } },
      null,
      2,
    )}\n`,
    'nest-cli.json': '{ "collection": "@nestjs/schematics", "sourceRoot": "src" }\n',
    '.gitignore': '/dist\n/node_modules\n',
    'src/app.module.ts': [
      `import { Module } from '@nestjs/common';`,
      `import { AppController } from './app.controller${ending}';`,
      ``,
      `@Module({`,
      `  imports: [],`,
      `  controllers: [AppController],`,
      `})`,
      `export class AppModule {}`,
      ``,
    ].join('\n'),
    'src/main.ts': [
      `import { NestFactory } from '@nestjs/core';`,
      `import { AppModule } from './app.module${ending}';`,
      ``,
      `async function bootstrap() {`,
      `  const app = await NestFactory.create(AppModule);`,
      `  await app.listen(process.env.PORT ?? 3000);`,
      `}`,
      `await bootstrap();`,
      ``,
    ].join('\n'),
    ...changes,
  };
  return Object.fromEntries(Object.entries(files).filter(([, text]) => text !== undefined));
}

/** The least that a rule needs of a tree. */
export class MemoryTree {
  constructor(files) {
    this.files = { ...files };
  }

  exists(path) {
    return Object.hasOwn(this.files, path);
  }

  read(path) {
    return this.exists(path) ? Buffer.from(this.files[path]) : null;
  }

  create(path, text) {
    if (this.exists(path)) throw new Error(`${path} exists`);
    this.files[path] = text;
  }

  overwrite(path, text) {
    if (!this.exists(path)) throw new Error(`${path} does not exist`);
    this.files[path] = text;
  }
}

/** Runs `use` in a folder that holds the files, and removes it afterwards. */
export async function inFolder(files, use) {
  const folder = mkdtempSync(join(tmpdir(), 'horizon-init-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
