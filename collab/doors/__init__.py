"""What browsers call beside the socket: uploads, files, TURN credentials, shared state.

Plain ASGI doors: they take a user's token where the rest takes a secret key, they read bodies of many
megabytes only once they know whose, and they stream.
"""
