print "x"
exec code in ns
except E, e:
raise E, "x"
`x`
0777
ur"x"
