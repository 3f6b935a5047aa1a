"""Serves echo.py by the server that the first argument names, on the socket that is standard input."""
import socket
import sys

from echo import application


def waitress(listener):
    from waitress import serve
    serve(application, sockets=[listener], threads=8)


def cheroot(listener):
    from cheroot import wsgi
    server = wsgi.Server(listener.getsockname(), application)
    server.bind = lambda *_: setattr(server, "socket", listener) or listener
    server.prepare()
    server.serve()


def eventlet(listener):
    import eventlet.greenio
    import eventlet.wsgi
    eventlet.wsgi.server(eventlet.greenio.GreenSocket(listener), application)


def wsgiref(listener):
    from wsgiref import simple_server
    server = simple_server.WSGIServer(listener.getsockname(), simple_server.WSGIRequestHandler, False)
    server.socket = listener
    server.server_name, server.server_port = listener.getsockname()
    server.setup_environ()
    server.set_app(application)
    server.serve_forever()


{serve.__name__: serve for serve in (waitress, cheroot, eventlet, wsgiref)}[sys.argv[1]](socket.socket(fileno=0))
