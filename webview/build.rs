//! Embeds anew when the built interface changes, also when a file is added, which the compiler would not notice.

fn main() {
    println!("cargo:rerun-if-changed=ui/dist");
    println!("cargo:rerun-if-changed=build.rs");
}
