// A Nest application that has nothing but one of the packages, for each pair of port and options:
//
//   node nest.mjs FOLDER PACKAGE PLATFORM PORT OPTIONS.json [PORT OPTIONS.json …]
//
// FOLDER has Nest and the package in its node_modules; PLATFORM is `express` or `fastify`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [folder, name, platform, ...servers] = process.argv.slice(2);
const load = createRequire(join(resolve(folder), "package.json"));

load("reflect-metadata");
const { Module } = load("@nestjs/common");
const { NestFactory } = load("@nestjs/core");
const modules = load(name);
const AuthModule = name === "@lean-kit/auth" ? modules.AuthModule : modules.HorizonAuthModule;

function adapter() {
  if (platform === "fastify") {
    const { FastifyAdapter } = load("@nestjs/platform-fastify");
    return new FastifyAdapter();
  }
  const { ExpressAdapter } = load("@nestjs/platform-express");
  return new ExpressAdapter();
}

for (let at = 0; at < servers.length; at += 2) {
  const [port, file] = [servers[at], servers[at + 1]];
  class AppModule {}
  Module({ imports: [AuthModule.forRoot(JSON.parse(readFileSync(file, "utf8")))] })(AppModule);
  const app = await NestFactory.create(AppModule, adapter(), { logger: ["error", "warn"], abortOnError: false });
  app.enableShutdownHooks();
  await app.listen(Number(port), "127.0.0.1");
}
