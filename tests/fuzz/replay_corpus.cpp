// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target without a fuzzer: over every file of the corpus folders given, and over a bounded number of
// mutations of each file that are the same in every run. A target that fails ends the process.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr int mutations_per_file = 2000;
constexpr std::size_t longest_growth_bytes = 64;

std::vector<std::filesystem::path> files_of(const std::vector<std::string>& folders) {
    std::vector<std::filesystem::path> files;
    for (const auto& folder : folders) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (entry.is_regular_file()) files.push_back(entry.path());
        }
    }
    // The order in which a directory is listed differs between machines.
    std::sort(files.begin(), files.end());
    return files;
}

Bytes read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// An exact copy on the heap, so that AddressSanitizer notices a read just past its end.
void run(const Bytes& input) {
    const Bytes exact(input.begin(), input.end());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

class Mutator {
public:
    explicit Mutator(std::uint64_t seed) : engine_(seed) {}

    Bytes mutate(Bytes input) {
        for (std::size_t steps = 1 + below(4); steps > 0; --steps)
            change(input);
        return input;
    }

private:
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
    std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }
    static Bytes::iterator at(Bytes& input, std::size_t index) {
        return input.begin() + static_cast<std::ptrdiff_t>(index);
    }

    void change(Bytes& input) {
        static constexpr std::uint8_t edges[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
        if (input.empty()) {
            input.push_back(byte());
            return;
        }
        const std::size_t index = below(input.size());
        switch (below(6)) {
        case 0:
            input[index] = byte();
            break;
        case 1:
            input[index] = static_cast<std::uint8_t>(input[index] ^ (1U << below(8)));
            break;
        case 2:
            input[index] = edges[below(std::size(edges))];
            break;
        case 3:
            input.resize(index);
            break;
        case 4:
            for (std::size_t grow = below(longest_growth_bytes) + 1; grow > 0; --grow) {
                input.insert(at(input, index), byte());
            }
            break;
        default:
            input.erase(at(input, index), at(input, index + 1 + below(input.size() - index)));
            break;
        }
    }

    std::mt19937_64 engine_;
};

} // namespace

int main(int argc, char** argv) {
    const auto files = files_of({argv + 1, argv + argc});
    if (files.empty()) {
        std::fprintf(stderr, "no corpus file: give at least one folder with files in it\n");
        return 2;
    }
    run({});
    for (std::size_t i = 0; i < files.size(); ++i) {
        // Printed first: when a target aborts, the last line names the file.
        std::printf("%s\n", files[i].filename().c_str());
        std::fflush(stdout);
        const Bytes input = read(files[i]);
        run(input);
        Mutator mutator(i);
        for (int round = 0; round < mutations_per_file; ++round)
            run(mutator.mutate(input));
    }
    std::printf("%zu files, %d mutations each\n", files.size(), mutations_per_file);
    return 0;
}
