// SPDX-License-Identifier: Apache-2.0
// Apart from its users, so that the compiler does not see free() meet what new gave, which it takes for a fault.
#include "counted_allocations.hpp"

#include <cstdlib>
#include <new>

namespace {
std::uint64_t asked = 0;
}

void* operator new(std::size_t size) {
    ++asked;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    ++asked;
    const auto align = static_cast<std::size_t>(alignment);
    if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
    throw std::bad_alloc();
}
// The pair of the first: AddressSanitizer wants both to come from one hand.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++asked;
    return std::malloc(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

std::uint64_t sallyport::select::test::allocations() noexcept {
    return asked;
}
