-- Scripts run inside Redis: Lua 5.1 with these globals and no others. `require` is resolved when a script is assembled.
std = {
  read_globals = {
    'redis', 'ARGV', 'require', 'cjson', 'math', 'string', 'table',
    'error', 'ipairs', 'next', 'pairs', 'pcall', 'select', 'tonumber', 'tostring', 'type', 'unpack',
  },
}
max_line_length = 120
max_cyclomatic_complexity = 20
