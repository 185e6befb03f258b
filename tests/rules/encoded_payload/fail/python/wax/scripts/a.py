import base64, os
exec(base64.b64decode('d2F4'))
os.system(base64.b64decode('d2F4').decode())
seal = base64.b64decode('d2F4')
print(1)
exec(seal)
