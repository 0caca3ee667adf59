//! Serves on port 3111.
#[tokio::main]
async fn main() {
    let t = std::time::Instant::now();
    let config = sectionist_host::HostConfig { listen: ([127, 0, 0, 1], 3111).into(), ..Default::default() };
    let server = sectionist_host::Server::bind(config).await.unwrap_or_else(|e| panic!("{e}"));
    println!("ready after {:?} on {}", t.elapsed(), server.local_addr());
    server.run(std::future::pending()).await;
}
