local admission = require 'admission'
local arguments = require 'arguments'
local batches = require 'batches'
local clock = require 'clock'
local new_record = require 'new-record'

local batch, terms, given = arguments.batch, arguments.terms, arguments.given
local now = clock.now_ms()

local function refuse(item, why)
  item.error = arguments.errors[why]
  batches.refuse(batch, item, now)
end

local function take(items)
  local groups, order = {}, {}
  for _, item in ipairs(items) do
    local group = groups[item.group]
    if not group then
      group = {}
      groups[item.group], order[#order + 1] = group, group
    end
    group[#group + 1] = item
  end
  batches.take(batch, items, now)
  for _, group in ipairs(order) do new_record.write_unfetched(group, given, terms, arguments.creation, now) end
end

local outcome, new = 'added', {}
local known = #arguments.items > 0 and batches.known(batch, arguments.items)
for i, item in ipairs(arguments.items) do
  if known[i] == 'reused' then return known[i] end
  if known[i] == 'sealed' then outcome = known[i] end
  if not known[i] then new[#new + 1] = item end
end
local room, why = admission.fetch_room(terms, #new)
local memory_objection = admission.memory_objection(terms, 0, now)
if memory_objection then room, why = 0, memory_objection[1] end
local taken = { unpack(new, 1, room) }
if #taken > 0 then take(taken) end
for i = room + 1, #new do refuse(new[i], why) end
for _, item in ipairs(arguments.refused) do batches.refuse(batch, item, now) end
return outcome
