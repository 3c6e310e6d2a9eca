//! Black-box tests of the server over raw TCP.
