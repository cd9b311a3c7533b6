//! Where memory ends: one line, a hint and exit code 1, in place of an abort with a backtrace.

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::c_int;
use std::io::{Cursor, Write};
use std::panic::PanicHookInfo;

use mimalloc::MiMalloc;

const HINT: &str = "raise the limit (ulimit -v, ulimit -u, or that of the container), end other programs, \
                    or make the work smaller: a smaller file, model or batch";

/// mimalloc, which ends the process where it has nothing left. Nobody in this program goes on without the memory it asked
/// for, and what `std` does then is an abort.
pub struct Allocator;

// SAFETY: each call is passed on to an allocator as it came, and what it gives is passed back.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        given(unsafe { MiMalloc.alloc(layout) }, layout.size())
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        given(unsafe { MiMalloc.alloc_zeroed(layout) }, layout.size())
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        given(unsafe { MiMalloc.realloc(pointer, layout, size) }, size)
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { MiMalloc.dealloc(pointer, layout) }
    }
}

#[inline]
fn given(pointer: *mut u8, bytes: usize) -> *mut u8 {
    if pointer.is_null() {
        end(format_args!("memory has run out: {bytes} bytes more are not to be had"));
    }
    pointer
}

/// Tells where a panic comes of a thread that could not be started; every other one is told as `std` does.
pub fn tell_of_threads() {
    let others = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if is_of_threads(panic) {
            end(format_args!("memory has run out: no thread can be started"));
        }
        others(panic);
    }));
}

fn is_of_threads(panic: &PanicHookInfo) -> bool {
    let text = panic.payload_as_str().unwrap_or_default();
    // Of `std::thread::spawn` and of rayon: EAGAIN or ENOMEM, by name or number.
    let is_of_a_thread = text.contains("thread");
    is_of_a_thread
        && ["WouldBlock", "OutOfMemory", "code: 11,", "code: 12,"].iter().any(|word| text.contains(word))
}

/// Ends the process without a further allocation, and without what it would do at its end: that might allocate.
#[cold]
fn end(message: std::fmt::Arguments) -> ! {
    unsafe extern "C" {
        fn _exit(code: c_int) -> !;
    }
    let mut buffer = [0; 512];
    let mut line = Cursor::new(&mut buffer[..]);
    // Longer than the buffer it is not, and nobody is left to tell where stderr is closed.
    let _ = write!(line, "error: {message}\nhint: {HINT}\n");
    let length = line.position() as usize;
    let _ = std::io::stderr().write_all(&buffer[..length]);
    // SAFETY: the function of the system's C library takes any code.
    unsafe { _exit(1) }
}
