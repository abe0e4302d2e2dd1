local admission = require 'admission'
local arguments = require 'arguments'
local batches = require 'batches'
local clock = require 'clock'
local hashes = require 'hashes'
local keys = require 'keys'
local new_record = require 'new-record'

local id, terms, creation, result = arguments.id, arguments.terms, arguments.creation, arguments.result
local fields, item = hashes.from(arguments.fields), arguments.item

-- Whether the pixels are there, or a source to fetch them from; where need be by copying those of earlier work.
local function has_pixels()
  if fields.host then return true end
  local own = keys.pixels(fields.pixels)
  if creation.copy_from then return redis.call('COPY', keys.pixels(creation.copy_from), own) == 1 end
  return redis.call('EXISTS', own) == 1
end

local now = clock.now_ms()
local known = item and batches.known(fields.batch, { item })[1]
if known == 'reused' then return { 'reused' } end
if known == 'refused' or known == 'sealed' then return { 'batch_sealed' } end
local objection = admission.objection(id, terms, result ~= nil, now)
if objection then return objection end
if fields.batch and batches.is_sealed(fields.batch) then return { 'batch_sealed' } end
if not result and not has_pixels() then return { 'input_gone' } end
if item then batches.take(fields.batch, { item }, now) end
if fields.host then
  local unfetched = { id = id, fields = arguments.fields, deadline_after_ms = creation.deadline_after_ms }
  new_record.write_unfetched({ unfetched }, {}, terms, creation, now)
else
  new_record.write(id, arguments.fields, terms, creation, result, now)
end
if terms.idempotency then
  local ttl_ms = result and fields.retention_ms or creation.life_ms
  redis.call('SET', keys.idempotency(terms.idempotency), id .. ' ' .. terms.fingerprint, 'PX', ttl_ms)
end
return { 'created', redis.call('HGETALL', keys.record(id)) }
