"""A small proxy before a server, as nginx or Caddy would stand there: TLS outside, none inside.

It passes bytes on and reads the head of each request alone, so that websockets and streams go
through it as they are.
"""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LONGEST = 65_536


class Proxy:
    """Passes on what comes to a free port of 127.0.0.1.

    Parameters
    ----------
    port : int
        Where the server listens.
    keeps_host : bool
        Whether it passes the header Host on, or says its own.
    certificate : Path
        Certificate and key in one file.
    """

    def __init__(self, port: int, certificate: Path, keeps_host: bool = True) -> None:
        self.to = port
        self.keeps_host = keeps_host
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)

    async def serve(self) -> None:
        """Listen until it is killed; print the port."""
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0, ssl=self.tls)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            head = await reader.readuntil(b"\r\n\r\n")
            inner, outer = await asyncio.open_connection("127.0.0.1", self.to)
            outer.write(self._said(head))
            # The connection ends with this answer, so that each request has a head to be read.
            await asyncio.gather(_pump(reader, outer), _pump(inner, writer))
        writer.close()

    def _said(self, head: bytes) -> bytes:
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        kept = [line for line in lines if not line.lower().startswith("x-forwarded-")]
        host = next(line for line in kept if line.lower().startswith("host:"))
        if not any(line.lower().startswith("upgrade:") for line in kept):
            kept = [line for line in kept if not line.lower().startswith("connection:")]
            kept.append("Connection: close")
        kept += ["X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https"]
        if not self.keeps_host:
            kept = [line for line in kept if line != host] + [f"Host: 127.0.0.1:{self.to}"]
            kept.append(f"X-Forwarded-Host: {host.partition(':')[2].strip()}")
        return "\r\n".join([first, *kept, "", ""]).encode("latin-1")


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, ssl.SSLError):
        while piece := await reader.read(LONGEST):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError, ssl.SSLError):
        writer.close()


def certificate(folder: Path) -> Path:
    """Make a certificate for this machine alone, with its key in the same file."""
    path = folder / "proxy.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", path, "-out", path]
    subprocess.run([*map(str, command)], check=True, capture_output=True)
    return path


@contextmanager
def proxied(port: int, made: Path, keeps_host: bool = True) -> Iterator[str]:
    """Stand a proxy in front of a port, in a process of its own; give its address."""
    command = [sys.executable, __file__, str(port), str(made), "keeps" if keeps_host else "says"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"https://localhost:{int(process.stdout.readline())}"
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(Proxy(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "keeps").serve())
