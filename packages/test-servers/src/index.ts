export { type App, type AppOptions, AppProcess, type LogLine } from './app-process.js';
export { freePort } from './free-port.js';
export { OwnAuthority } from './own-authority.js';
export { OwnCluster } from './own-cluster.js';
export { OwnRedis, type OwnRedisOptions } from './own-redis.js';
export { OwnSentinels } from './own-sentinels.js';
export { Random } from './random.js';
export { RedisRelay } from './redis-relay.js';
