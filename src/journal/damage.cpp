#include "journal/damage.hpp"

namespace sluice {

std::string Damage::text() const {
    std::string text = file + " is damaged in bytes " + std::to_string(file_offset) + " to " +
                       std::to_string(file_offset + (end - begin));
    if (!records_lost) return text + "; no record was lost";
    if (key_number)
        return text + "; a change of key number " + std::to_string(*key_number) + " is lost";
    return text + "; changes are lost, and whose cannot be told";
}

}  // namespace sluice
