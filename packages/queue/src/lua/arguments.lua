-- What the script was called with, by the names that its wrapper gives. One that is undefined there is nil here.
return cjson.decode(ARGV[2])
