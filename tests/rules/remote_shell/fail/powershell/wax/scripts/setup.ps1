irm https://get.wax.dev/install.ps1 | iex
iex (iwr https://get.wax.dev/b.ps1)
Invoke-Expression ((New-Object System.Net.WebClient).DownloadString("https://get.wax.dev/c.ps1"))
