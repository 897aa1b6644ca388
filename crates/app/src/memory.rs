//! The allocator, and the size of the pages that it gets from the system.

use mimalloc::MiMalloc;

/// A model is many small things, and with the allocator of the system making and leaving them is a quarter of a run.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Smallest model, in bytes, whose run touches so much memory that getting it in small pages takes longer than clearing
/// large ones.
const AMPLE: usize = 1 << 20;

/// Small pages, until [`large_pages_for`] says otherwise: the allocator asks for large ones, of which a small model uses
/// a tenth.
pub(crate) fn small_pages() {
    set_large(false);
}

/// Large pages, where the system has them, if a model of this many bytes is worth it.
pub(crate) fn large_pages_for(bytes: usize) {
    if bytes >= AMPLE {
        set_large(true);
    }
}

#[cfg(target_os = "linux")]
fn set_large(large: bool) {
    // A system without large pages refuses, and nothing has to change.
    let _ = rustix::thread::disable_transparent_huge_pages(!large);
}

#[cfg(not(target_os = "linux"))]
fn set_large(_: bool) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn large_pages_are_for_large_models() {
        let small = || rustix::thread::transparent_huge_pages_are_disabled().unwrap();
        small_pages();
        large_pages_for(AMPLE - 1);
        assert!(small());
        large_pages_for(AMPLE);
        assert!(!small());
    }
}
