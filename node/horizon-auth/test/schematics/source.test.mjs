import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';

const source = createRequire(import.meta.url)('../../schematics/init/source.cjs');

const wired = (text) => source.withModule(text, source.mask(text), 'AppModule', 'AuthModule');
const appModule = (decorator) => `import { Module } from '@nestjs/common';\n\n${decorator}\nexport class AppModule {}\n`;
const wiredDecorator = (decorator) => {
  const text = wired(appModule(decorator));
  return text && text.slice(appModule('').indexOf('\n\n') + 2, -'\nexport class AppModule {}\n'.length);
};

describe('the module is imported', () => {
  const cases = [
    ['into an empty list', '@Module({ imports: [] })', '@Module({ imports: [AuthModule] })'],
    ['into a list on one line', '@Module({ imports: [A, B] })', '@Module({ imports: [AuthModule, A, B] })'],
    [
      'into a list with a trailing comma, one in a line',
      '@Module({\n  imports: [\n    A.forRoot({ a: [1] }),\n    B,\n  ],\n})',
      '@Module({\n  imports: [\n    AuthModule,\n    A.forRoot({ a: [1] }),\n    B,\n  ],\n})',
    ],
    [
      'into a list with a comment behind the bracket',
      '@Module({\n  imports: [ // all of them ]\n    A],\n})',
      '@Module({\n  imports: [AuthModule,  // all of them ]\n    A],\n})',
    ],
    ['into a list that holds a comment alone', '@Module({ imports: [/* none */] })', '@Module({ imports: [AuthModule, /* none */] })'],
    ['in front of what is spread', '@Module({ imports: [...shared] })', '@Module({ imports: [AuthModule, ...shared] })'],
    ['without a list', '@Module({\n  controllers: [],\n})', '@Module({\n  imports: [AuthModule],\n  controllers: [],\n})'],
    ['without a list on one line', '@Module({ controllers: [] })', '@Module({ imports: [AuthModule], controllers: [] })'],
    ['without anything', '@Module({})', '@Module({ imports: [AuthModule] })'],
    ['without anything on two lines', '@Module({\n})', '@Module({ imports: [AuthModule]\n})'],
    [
      'where words in strings and comments look like code',
      '// @Module({ imports: [] })\n@Module({\n  providers: ["imports: [", `a ${`}`} imports: []`, /[/"]imports: \\[/],\n  imports: [A],\n})',
      '// @Module({ imports: [] })\n@Module({\n  providers: ["imports: [", `a ${`}`} imports: []`, /[/"]imports: \\[/],\n  imports: [AuthModule, A],\n})',
    ],
    [
      'beside a value that is called imports',
      '@Module({ providers: x ? imports : [], imports: [A] })',
      '@Module({ providers: x ? imports : [], imports: [AuthModule, A] })',
    ],
    ['with Windows line ends', '@Module({\r\n  imports: [\r\n    A,\r\n  ],\r\n})', '@Module({\r\n  imports: [\r\n    AuthModule,\r\n    A,\r\n  ],\r\n})'],
    ['once', '@Module({ imports: [A, AuthModule] })', '@Module({ imports: [A, AuthModule] })'],
    ['into the class that is meant', '@Module({ imports: [] })\nclass Other {}\n@Module({ imports: [A] })', '@Module({ imports: [] })\nclass Other {}\n@Module({ imports: [AuthModule, A] })'],
  ];
  for (const [name, before, after] of cases) {
    test(name, () => assert.equal(wiredDecorator(before), after));
  }
});

describe('nothing is changed', () => {
  const cases = {
    'if the list is a variable': '@Module({ imports: modules })',
    'if the list is shorthand': '@Module({ imports })',
    'if the list goes on': '@Module({ imports: [A].concat(b) })',
    'if the list is worked out': '@Module({ imports: x ? [A] : [B] })',
    'if the object is a variable': '@Module(metadata)',
    'if the object is spread': '@Module({ ...metadata })',
    'if a name is in quotes': '@Module({ "imports": [A] })',
    'if a name is computed': '@Module({ ["imports"]: [A] })',
    'if there is no decorator': '',
    'if the class is another one': '@Module({ imports: [] })\nclass Other {}',
    'if brackets do not match': '@Module({ imports: [A) })',
  };
  for (const [name, before] of Object.entries(cases)) {
    test(name, () => assert.equal(wired(appModule(before)), undefined));
  }
  test('if a string or comment has no end', () => {
    assert.equal(source.mask('const a = "'), undefined);
    assert.equal(source.mask('const a = `${"a"}'), undefined);
    assert.equal(source.mask('/* '), undefined);
  });
});

describe('the import', () => {
  const withImport = (text) => source.withImport(text, source.mask(text), 'AuthModule', './auth/auth.module.js');
  const cases = [
    ['stands behind the last one', "import { A } from 'a';\nimport 'b';\n\nx();\n", "import { A } from 'a';\nimport 'b';\nimport { AuthModule } from './auth/auth.module.js';\n\nx();\n"],
    ['has the quotes of the others', 'import { A } from "a";\n', 'import { A } from "a";\nimport { AuthModule } from "./auth/auth.module.js";\n'],
    ['has no semicolon where none is', "import { A } from 'a'\n", "import { A } from 'a'\nimport { AuthModule } from './auth/auth.module.js'\n"],
    ['stands behind one of several lines', "import {\n  A, // 'x'\n} from 'a';\n", "import {\n  A, // 'x'\n} from 'a';\nimport { AuthModule } from './auth/auth.module.js';\n"],
    ['stands behind a comment', "import { A } from 'a'; // why\nx();\n", "import { A } from 'a'; // why\nimport { AuthModule } from './auth/auth.module.js';\nx();\n"],
    ['has Windows line ends', "import a from 'a';\r\nx();\r\n", "import a from 'a';\r\nimport { AuthModule } from './auth/auth.module.js';\r\nx();\r\n"],
    ['is not misled by import() and comments', "import a from 'a';\n// import b from 'b';\nawait import('c');\n", "import a from 'a';\nimport { AuthModule } from './auth/auth.module.js';\n// import b from 'b';\nawait import('c');\n"],
  ];
  for (const [name, before, after] of cases) {
    test(name, () => assert.equal(withImport(before), after));
  }
  test('is not written where there is none, or beside other code', () => {
    assert.equal(withImport("const a = require('a');\n"), undefined);
    assert.equal(withImport("import a from 'a'; x();\n"), undefined);
    assert.equal(withImport("import a from 'a'; /* begins\nends */\n"), undefined);
  });
});

describe('main', () => {
  const patched = (text) => source.withCallOnApplication(text, source.mask(text), 'enableShutdownHooks()');
  const cases = [
    ['gets the call behind create', '  const app = await NestFactory.create(AppModule);\n  x();\n', '  const app = await NestFactory.create(AppModule);\n  app.enableShutdownHooks();\n  x();\n'],
    ['keeps its own names', '\tlet server: App = await NestFactory.create<App>(AppModule, new A(b()));\n', '\tlet server: App = await NestFactory.create<App>(AppModule, new A(b()));\n\tserver.enableShutdownHooks();\n'],
    ['has no semicolon where none is', '  const app = await NestFactory.create(AppModule)\n  x()\n', '  const app = await NestFactory.create(AppModule)\n  app.enableShutdownHooks()\n  x()\n'],
    ['may have several lines', '  const app = await NestFactory.create(\n    AppModule, // ;\n    { a: 1 },\n  ); // up\n', '  const app = await NestFactory.create(\n    AppModule, // ;\n    { a: 1 },\n  ); // up\n  app.enableShutdownHooks();\n'],
  ];
  for (const [name, before, after] of cases) {
    test(name, () => assert.equal(patched(before), after));
  }
  test('is left alone if it is written otherwise', () => {
    for (const text of [
      'NestFactory.create(AppModule).then((app) => app.listen(1));\n',
      '  const app = (await NestFactory.create(AppModule)).setGlobalPrefix("api");\n',
      '  const app = await NestFactory.create(AppModule)\n    .catch(stop);\n',
      '  const app = await NestFactory.create(AppModule); await app.listen(1);\n',
      '  if (a) { const app = await NestFactory.create(AppModule);\n }\n',
      '  const a = await NestFactory.create(A);\n  const b = await NestFactory.create(B);\n',
      '// const app = await NestFactory.create(AppModule);\n',
    ]) {
      assert.equal(patched(text), undefined, text);
    }
  });
  test('says which module is the root', () => {
    const root = (text) => source.rootModule(source.mask(text));
    assert.equal(root('await NestFactory.create<A>(ShopModule, {})'), 'ShopModule');
    assert.equal(root('await NestFactory.create(A); await NestFactory.create(B)'), undefined);
    assert.equal(root('await NestFactory.create(make())'), undefined);
  });
});
