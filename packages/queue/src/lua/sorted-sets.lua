local sorted_sets = {}

-- Adds members in one command. `scores`: one for all of them, or a list with one for each.
function sorted_sets.add(set, members, scores)
  local pairs_of = {}
  for i, member in ipairs(members) do
    pairs_of[2 * i - 1] = type(scores) == 'table' and scores[i] or scores
    pairs_of[2 * i] = member
  end
  redis.call('ZADD', set, unpack(pairs_of))
end

return sorted_sets
