"""A WebSocket server on loopback that sends back what it gets; prints its address. Ends with its standard input."""
import asyncio
import os
import sys

os.environ["WEBSOCKETS_MAX_FRAGMENTS"] = "131072"  # cases of group 9 send 4 MiB in pieces of 64 bytes

from websockets.asyncio.server import serve  # noqa: E402
from websockets.exceptions import ConnectionClosed  # noqa: E402


async def echo(socket):
    try:
        async for message in socket:
            await socket.send(message)
    except ConnectionClosed:
        pass  # what most cases are about


async def main():
    # Messages of 16 MiB belong to the suite, and it does the pinging.
    async with serve(echo, "127.0.0.1", 0, max_size=None, ping_interval=None) as server:
        print("ws://127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
