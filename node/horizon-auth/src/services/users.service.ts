import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '../engine/engine.js';

@Injectable()
export class UsersService {
  constructor(@Inject(HorizonEngine) protected readonly engine: HorizonEngine) {}
}
