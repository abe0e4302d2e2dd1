local hashes = {}

-- Sets the fields of flat lists: name, value, …
function hashes.set(hash, ...)
  local all, count = {}, 0
  for _, fields in ipairs({ ... }) do
    for i = 1, #fields do all[count + i] = fields[i] end
    count = count + #fields
  end
  if count > 0 then redis.call('HSET', hash, unpack(all)) end
end

-- The fields of flat lists, by their names.
function hashes.from(...)
  local values = {}
  for _, fields in ipairs({ ... }) do
    for i = 1, #fields, 2 do values[fields[i]] = fields[i + 1] end
  end
  return values
end

return hashes
