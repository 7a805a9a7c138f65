// The application that is measured: one route three times, without a guard, with ours and with the usual one.
//
// Started by main.ts, which tells it in the environment what it needs, and asks it for its computing time and the delay of its event loop.
import 'reflect-metadata';
import { Controller, Get, type INestApplication, Module, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { HorizonAuthModule, JwtAuthGuard } from '@ofeklabs/horizon-auth';
import { Redis } from 'ioredis';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { PUBLIC_KEY, REDIS, UsualGuard, UsualStrategy } from './usual.js';

const { PLATFORM, DATABASE_URL, REDIS_URL, PRIVATE_KEY, PUBLIC_PEM } = process.env as Record<string, string>;

@Controller()
class MeasuredController {
  @Get('bare')
  bare() {
    return { message: 'Hello World' };
  }

  @UseGuards(JwtAuthGuard)
  @Get('ours')
  ours(@Req() request: { user: { sub: string } }) {
    return { user: request.user.sub };
  }

  @UseGuards(UsualGuard)
  @Get('usual')
  usual(@Req() request: { user: { sub: string } }) {
    return { user: request.user.sub };
  }
}

const off = 'off';

@Module({
  imports: [
    PassportModule,
    HorizonAuthModule.forRoot({
      database: { url: DATABASE_URL },
      redis: { url: REDIS_URL, prefix: `${PLATFORM}:` },
      jwt: { privateKey: PRIVATE_KEY },
      mail: { transport: 'none' },
      log: { level: 'error' },
      rate_limit: { login: off, login_account: off, register: off },
    }),
  ],
  controllers: [MeasuredController],
  providers: [
    UsualStrategy,
    { provide: PUBLIC_KEY, useValue: PUBLIC_PEM },
    { provide: REDIS, useFactory: () => new Redis(REDIS_URL as string) },
  ],
})
class AppModule {}

const settings = { logger: ['error', 'warn'] as ('error' | 'warn')[] };
const app: INestApplication =
  PLATFORM === 'fastify'
    ? await NestFactory.create(AppModule, new FastifyAdapter(), settings)
    : await NestFactory.create(AppModule, settings);
await app.listen(0, '127.0.0.1');

// The histogram holds the time between two looks, a millisecond apart where nothing delays them.
const delay = monitorEventLoopDelay({ resolution: 1 });
process.on('message', async (message) => {
  switch (message) {
    case 'watch':
      delay.reset();
      delay.enable();
      process.send?.({ watching: true });
      break;
    case 'read':
      delay.disable();
      process.send?.({ p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 });
      break;
    case 'time': {
      const { user, system } = process.cpuUsage();
      process.send?.({ microseconds: user + system });
      break;
    }
    default:
      app.get<Redis>(REDIS).disconnect();
      await app.close();
      process.disconnect();
  }
});
process.send?.({ url: `http://127.0.0.1:${app.getHttpServer().address().port}` });
