#include "engine/durability.hpp"

namespace sluice {

std::string_view name_of(Durability durability) {
    switch (durability) {
        case Durability::memory:
            return "memory";
        case Durability::os:
            return "os";
        case Durability::disk:
            return "disk";
    }
    return "unknown";
}

std::optional<Durability> parse_durability(std::string_view text) {
    for (const auto durability : {Durability::memory, Durability::os, Durability::disk}) {
        if (text == name_of(durability)) return durability;
    }
    return std::nullopt;
}

}  // namespace sluice
