import re, base64
REFUSED = re.compile(r'exec\(base64.b64decode')
# exec(base64.b64decode(x))
TEXT = "eval(atob(x))"
cursor.exec(base64.b64decode(x))
exec(other)
seal = base64.b64decode(x)
exec(open('a').read())
