import socket


def reset_at_close(connection):
    """Closing sends a reset: a socket in TIME_WAIT would be in the tables of others for a minute."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
