// The newest journal segment begins with any bytes.
#include <cstdint>

#include "fuzz/damaged_store.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const sluice::testing::DamagedStore store;
    static const std::string name = store.file_with("journal-");
    store.open_with(name, {reinterpret_cast<const char*>(data), size});
    return 0;
}
