"""Certificates for servers on 127.0.0.1, made by openssl."""

import subprocess
from pathlib import Path


def self_signed(folder: Path) -> Path:
    """A certificate that its own key has signed, and the key, in one file."""
    path = folder / "server.pem"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ("-subj", "/CN=server", "-addext", "subjectAltName=IP:127.0.0.1")
    files = ("-keyout", str(path), "-out", f"{path}.crt")
    subprocess.run([*words.split(), *names, *files], check=True, capture_output=True)
    with path.open("a") as file:
        file.write(Path(f"{path}.crt").read_text())
    return path
