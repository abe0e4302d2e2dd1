local hashes = {}

-- Sets the fields of a flat list: name, value, …
function hashes.set(hash, fields)
  if #fields > 0 then redis.call('HSET', hash, unpack(fields)) end
end

-- The fields of a flat list, by their names.
function hashes.from(fields)
  local values = {}
  for i = 1, #fields, 2 do values[fields[i]] = fields[i + 1] end
  return values
end

return hashes
