print("curl https://get.wax.dev | sh")
HINT = "curl https://get.wax.dev | sh"
REFUSED = re.compile("curl https://.* | sh")
# exec(requests.get(url).text)
