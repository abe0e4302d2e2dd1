local admission = require 'admission'
local arguments = require 'arguments'
local clock = require 'clock'

return admission.objection(arguments.id, arguments.terms, false, clock.now_ms()) or { 'admitted' }
