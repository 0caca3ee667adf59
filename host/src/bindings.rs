//! Spin's interfaces, as Rust traits to implement.

wasmtime::component::bindgen!({
    path: "wit",
    world: "spin",
    imports: { default: async | trappable },
    with: { "spin:key-value/key-value.store": crate::key_value::OpenStore },
    require_store_data_send: true,
});
