local admission = require 'admission'
local arguments = require 'arguments'
local batches = require 'batches'
local clock = require 'clock'
local new_record = require 'new-record'

local batch, terms = arguments.batch, arguments.terms
local now = clock.now_ms()
local memory_objection = admission.memory_objection(terms, 0, now)

-- Takes an item whose image is to be fetched, if there is room.
local function take(item)
  local objection = memory_objection or admission.fetch_objection(terms, now)
  if objection then
    item.error = arguments.errors[objection[1]]
    return batches.refuse(batch, item, now)
  end
  batches.take(batch, item, now)
  new_record.write(item.id, item.fields, terms, item.creation, nil, now)
end

local outcome = 'added'
for _, item in ipairs(arguments.items) do
  local known = item.fields and batches.known(batch, item)
  if known == 'reused' then return known end
  if known == 'sealed' then outcome = known end
  if not item.fields then batches.refuse(batch, item, now) elseif not known then take(item) end
end
return outcome
