-- Each of many files in turn.
local i = 0

request = function()
  i = (i + 1) % 20000
  return wrk.format("GET", "/many/" .. i .. ".txt")
end
