#include "stream/entry_priority.hpp"

#include "stream/bulk_strings.hpp"

namespace sluice {

Priority priority_of(std::string_view bulk_bytes) {
    PriorityFields fields;
    while (!bulk_bytes.empty()) {
        const std::string_view name = take_bulk(bulk_bytes);
        if (bulk_bytes.empty()) break;
        fields.see(name, take_bulk(bulk_bytes));
    }
    return fields.priority();
}

}  // namespace sluice
