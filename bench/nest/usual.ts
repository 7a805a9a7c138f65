// What most applications have: passport-jwt with a key as PEM, and a look into Redis for tokens that were revoked.
import { Inject, Injectable, UnauthorizedException } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import type { Redis } from 'ioredis';
import { ExtractJwt, Strategy } from 'passport-jwt';

/** Token of the connection to Redis. */
export const REDIS = Symbol('REDIS');

/** Token of the public key, as PEM. */
export const PUBLIC_KEY = Symbol('PUBLIC_KEY');

@Injectable()
export class UsualStrategy extends PassportStrategy(Strategy) {
  constructor(
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(PUBLIC_KEY) publicKey: string,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: publicKey,
      algorithms: ['RS256'],
      issuer: 'horizon-auth',
      audience: 'horizon-api',
    });
  }

  /** What Passport calls with the claims of a token that is valid. */
  async validate(claims: { jti: string }): Promise<object> {
    if ((await this.redis.get(`auth:blacklist:${claims.jti}`)) !== null) throw new UnauthorizedException();
    return claims;
  }
}

/** The guard of such applications. */
@Injectable()
export class UsualGuard extends AuthGuard('jwt') {}
