//! Where the window stood and how large it was, kept from one run to the next in a small file. A file that is missing or
//! damaged gives the first size; a screen that is gone does not hide the window.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Bytes of the file; a real one has a hundred.
const FILE_BYTES: u64 = 4 * 1024;
/// The least that the interface is made for.
const LEAST: (u32, u32) = (480, 400);
/// Larger than any screen.
const MOST: (u32, u32) = (16_384, 16_384);
/// What must be seen of a window to grab it.
const SEEN: i64 = 80;

/// Size, position and zoom of the window; lengths in logical pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Geometry {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Where its corner stood, if the system says so; under Wayland it does not.
    #[serde(default)]
    pub(crate) position: Option<(i32, i32)>,
    #[serde(default)]
    pub(crate) maximized: bool,
    /// In percent.
    #[serde(default = "unzoomed")]
    pub(crate) zoom: u16,
}

const fn unzoomed() -> u16 {
    100
}

/// A screen's place among all screens, in logical pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Default for Geometry {
    fn default() -> Self {
        Self { width: 1_200, height: 800, position: None, maximized: false, zoom: unzoomed() }
    }
}

impl Geometry {
    /// The least size a window may be given.
    pub(crate) const LEAST: (u32, u32) = LEAST;

    /// Reads the file.
    pub(crate) fn load(path: &Path) -> Self {
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(FILE_BYTES).read_to_string(&mut text));
        let kept = read.ok().and_then(|_| serde_json::from_str::<Self>(&text).ok());
        kept.unwrap_or_default().within_reason()
    }

    /// Writes the file as a whole; a reader sees the old one or the new one.
    ///
    /// # Errors
    /// If the file system refuses.
    pub(crate) fn save(&self, path: &Path) -> std::io::Result<()> {
        let draft = path.with_extension("new");
        let mut file = File::create(&draft)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        std::fs::rename(&draft, path)
    }

    fn within_reason(mut self) -> Self {
        self.width = self.width.clamp(LEAST.0, MOST.0);
        self.height = self.height.clamp(LEAST.1, MOST.1);
        self
    }

    /// The same on the screens there are: no larger than the largest, and at its old place only if it can be grabbed there.
    pub(crate) fn fitted(mut self, screens: &[Screen]) -> Self {
        if let Some(width) = screens.iter().map(|screen| screen.width).max() {
            self.width = self.width.min(width.max(LEAST.0));
        }
        if let Some(height) = screens.iter().map(|screen| screen.height).max() {
            self.height = self.height.min(height.max(LEAST.1));
        }
        self.position = self.position.filter(|position| screens.iter().any(|screen| self.is_seen(*position, screen)));
        self
    }

    fn is_seen(&self, (x, y): (i32, i32), screen: &Screen) -> bool {
        let overlap = |from: i32, length: u32, screen_from: i32, screen_length: u32| {
            let end = (i64::from(from) + i64::from(length)).min(i64::from(screen_from) + i64::from(screen_length));
            end - i64::from(from.max(screen_from))
        };
        // The title bar is at the top: it must be on the screen too.
        let top = i64::from(y) >= i64::from(screen.y) && overlap(y, self.height, screen.y, screen.height) >= SEEN;
        top && overlap(x, self.width, screen.x, screen.width) >= SEEN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Screen = Screen { x: 0, y: 0, width: 1_920, height: 1_080 };
    const LEFT: Screen = Screen { x: -1_280, y: 0, width: 1_280, height: 1_024 };

    fn at(x: i32, y: i32) -> Geometry {
        Geometry { position: Some((x, y)), ..Geometry::default() }
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("state.json");
        let kept = Geometry { width: 900, height: 700, position: Some((-4, 8)), maximized: true, zoom: 125 };
        kept.save(&path).expect("saved");
        assert_eq!(Geometry::load(&path), kept);
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1, "no draft is left");
    }

    #[test]
    fn a_missing_or_damaged_file_gives_the_first_size() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("state.json");
        assert_eq!(Geometry::load(&path), Geometry::default());
        for text in ["", "{", "[]", r#"{"width":-5,"height":700}"#, &"x".repeat(100_000)] {
            std::fs::write(&path, text).expect("written");
            assert_eq!(Geometry::load(&path), Geometry::default(), "{text:.20}");
        }
        std::fs::write(&path, r#"{"width":1,"height":4000000000}"#).expect("written");
        let loaded = Geometry::load(&path);
        assert_eq!((loaded.width, loaded.height), (LEAST.0, MOST.1));
    }

    #[test]
    fn a_window_keeps_its_place_while_it_can_be_grabbed_there() {
        for (geometry, screens, keeps) in [
            (at(100, 100), vec![SCREEN], true),
            (at(1_900, 100), vec![SCREEN], false),
            (at(100, 1_070), vec![SCREEN], false),
            (at(100, -20), vec![SCREEN], false),
            (at(-1_000, 100), vec![SCREEN], true),
            (at(-1_150, 100), vec![SCREEN], false),
            (at(-1_150, 100), vec![LEFT, SCREEN], true),
            (at(i32::MAX, i32::MIN), vec![SCREEN], false),
            (at(100, 100), vec![], false),
        ] {
            assert_eq!(geometry.fitted(&screens).position.is_some(), keeps, "{geometry:?}");
        }
    }

    #[test]
    fn a_window_is_no_larger_than_the_largest_screen() {
        let large = Geometry { width: 4_000, height: 3_000, ..Geometry::default() };
        let fitted = large.fitted(&[LEFT, SCREEN]);
        assert_eq!((fitted.width, fitted.height), (1_920, 1_080));
        let tiny = Screen { x: 0, y: 0, width: 320, height: 200 };
        let fitted = large.fitted(&[tiny]);
        assert_eq!((fitted.width, fitted.height), LEAST);
    }
}
