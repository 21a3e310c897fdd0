#include "document/field_table.hpp"

#include <algorithm>
#include <cstring>

namespace sluice {

FieldCell::FieldCell(std::string_view name, std::string_view value,
                     std::optional<WallTime> expires_at) {
    const Header header{static_cast<std::uint32_t>(name.size()),
                        static_cast<std::uint32_t>(value.size()),
                        expires_at ? expires_at->ms() : 0};
    block_ = std::make_unique_for_overwrite<char[]>(sizeof(Header) + name.size() + value.size());
    std::memcpy(block_.get(), &header, sizeof(Header));
    std::ranges::copy(name, block_.get() + sizeof(Header));
    std::ranges::copy(value, block_.get() + sizeof(Header) + name.size());
}

FieldCell::Header FieldCell::header() const {
    Header header;
    std::memcpy(&header, block_.get(), sizeof(Header));
    return header;
}

std::string_view FieldCell::key() const {
    return {bytes(), header().name_size};
}

std::string_view FieldCell::value() const {
    const Header head = header();
    return {bytes() + head.name_size, head.value_size};
}

std::optional<WallTime> FieldCell::expires_at() const {
    const std::int64_t ms = header().expires_ms;
    if (ms == 0) return std::nullopt;
    return WallTime::from_ms(ms);
}

std::size_t FieldCell::block_bytes() const {
    const Header head = header();
    return sizeof(Header) + head.name_size + head.value_size + sizeof(std::size_t);
}

std::size_t FieldTable::memory_bytes() const {
    // A node of std::set takes about five words and the element.
    constexpr std::size_t expiry_bytes = 40 + sizeof(Expiries::value_type);
    return payload_bytes_ + cells_.memory_bytes() + expiries_.size() * expiry_bytes;
}

std::optional<HashField> FieldTable::find(std::string_view name) const {
    const auto slot = cells_.find(name);
    if (!slot) return std::nullopt;
    return cells_[*slot].field();
}

void FieldTable::set(std::string_view name, std::string_view value,
                     std::optional<WallTime> expires_at) {
    // The new cell is made first: name and value may be views of the old one.
    FieldCell cell(name, value, expires_at);
    payload_bytes_ += cell.block_bytes();
    auto slot = cells_.find(name);
    if (slot) {
        forget(*slot);
        cells_[*slot] = std::move(cell);
    } else {
        slot = cells_.insert(std::move(cell));
    }
    if (expires_at) expiries_.emplace(expires_at->ms(), *slot);
}

void FieldTable::erase(std::string_view name) {
    const auto slot = cells_.find(name);
    if (!slot) return;
    forget(*slot);
    cells_.erase(*slot);
}

// What is kept about the cell in this slot beside the cell itself.
void FieldTable::forget(Slot slot) {
    const FieldCell& cell = cells_[slot];
    payload_bytes_ -= cell.block_bytes();
    if (const auto expires_at = cell.expires_at()) expiries_.erase({expires_at->ms(), slot});
}

}  // namespace sluice
