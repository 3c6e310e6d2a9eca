//! Whole overlays in one process, over loopback.
