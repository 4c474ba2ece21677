/**
 * SlidingWindows.take for Redis, in one step for all replicas and by Redis' own clock: a hash holds
 * the count of each second in which a request came.
 *
 * KEYS[1] caller; ARGV what to take, window in seconds, limit. Returns what is used, or limit + 1
 * where it was refused, and the milliseconds until some of it comes back.
 */
export const TAKE_LUA = `
local cost, window, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local second = tonumber(time[1])
local counts = redis.call('HGETALL', KEYS[1])
local used, oldest = 0, second
for i = 1, #counts, 2 do
  local at = tonumber(counts[i])
  if at <= second - window then
    redis.call('HDEL', KEYS[1], counts[i])
  else
    used = used + tonumber(counts[i + 1])
    if at < oldest then oldest = at end
  end
end
if used + cost <= limit then
  used = used + cost
  redis.call('HINCRBY', KEYS[1], second, cost)
  redis.call('EXPIRE', KEYS[1], window)
else
  used = limit + 1
end
return { used, (oldest + window - second) * 1000 - math.floor(tonumber(time[2]) / 1000) }
`;
