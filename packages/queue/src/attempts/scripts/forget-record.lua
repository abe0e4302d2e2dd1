local arguments = require 'arguments'
local work = require 'work'

work.close(arguments.id)
