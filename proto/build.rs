//! Compiles the `.proto` files beside this script; no `protoc` is needed.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = [
        "folkmoot/v1/signed.proto",
        "folkmoot/v1/identity.proto",
        "folkmoot/v1/governance.proto",
        "folkmoot/v1/log.proto",
        "folkmoot/v1/epoch.proto",
        "folkmoot/v1/gossip.proto",
        "folkmoot/v1/stream.proto",
        "folkmoot/v1/invite.proto",
        "folkmoot/v1/advert.proto",
        "folkmoot/v1/disk.proto",
        "folkmoot/v1/keystore.proto",
    ];
    println!("cargo:rerun-if-changed=folkmoot");
    let descriptors = protox::compile(files, ["."])?;
    prost_build::Config::new().bytes(["."]).compile_fds(descriptors)?;
    Ok(())
}
