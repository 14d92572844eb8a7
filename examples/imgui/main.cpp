// main.cpp - a window with a scene at 60 frames a second, and the panel of batch_panel.hpp over it.
//
//     batch_window ID...                    SUPEROFFICE_BASE_URL, SUPEROFFICE_TOKEN, SUPEROFFICE_ADDRESS (an IP address),
//                                           SUPEROFFICE_CA_FILE
//     batch_window --frames 600 --screenshot FILE.ppm --buttons ID...     ends by itself, for the tests
#include "batch_panel.hpp"

#include <backends/imgui_impl_opengl2.h>

#include <SDL.h>
#include <SDL_opengl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;

constexpr int width = 900, height = 560;

/// A link that never blocks: it is given the host's address.
using frame_link = superoffice::tls<superoffice::basic_tcp_socket<superoffice::given_addresses>>;
static_assert(!frame_link::may_wait);
using client = superoffice::client<frame_link, superoffice::bearer>;

/// Something that moves, so that a frame that is late would show.
void draw_scene(double seconds) {
    glViewport(0, 0, width, height);
    glClearColor(0.09F, 0.11F, 0.15F, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glMatrixMode(GL_PROJECTION);
    glLoadIdentity();
    glMatrixMode(GL_MODELVIEW);
    glLoadIdentity();
    glBegin(GL_TRIANGLES);
    for (int n = 0; n < 12; ++n) {
        const double angle = seconds + n * 0.5236;
        glColor3f(0.2F, 0.3F + 0.03F * static_cast<float>(n), 0.5F);
        for (const double turn : {0.0, 0.2, 0.4})
            glVertex2d(0.9 * std::cos(angle + turn) * (turn == 0.2 ? 1 : 0.7), 0.9 * std::sin(angle + turn));
    }
    glEnd();
}

/// What this window needs of SDL's events.
void hand_on(const SDL_Event& event) {
    ImGuiIO& io = ImGui::GetIO();
    if (event.type == SDL_MOUSEMOTION)
        io.MousePos = ImVec2(static_cast<float>(event.motion.x), static_cast<float>(event.motion.y));
    else if (event.type == SDL_MOUSEBUTTONDOWN || event.type == SDL_MOUSEBUTTONUP)
        io.MouseDown[event.button.button == SDL_BUTTON_RIGHT ? 1 : 0] = event.type == SDL_MOUSEBUTTONDOWN;
    else if (event.type == SDL_MOUSEWHEEL)
        io.MouseWheel += static_cast<float>(event.wheel.y);
}

/// Keeps what a task made in a file of the folder that the program runs in: task-497.out, which is task-497.part until it is
/// whole.
superoffice::store_answer store(std::int32_t id, std::uint64_t offset, std::span<const std::byte> piece) noexcept {
    using enum superoffice::store_answer;
    char part[32], whole[32];
    std::snprintf(part, sizeof part, "task-%d.part", id);
    std::snprintf(whole, sizeof whole, "task-%d.out", id);
    std::FILE* const file = std::fopen(part, offset == 0 ? "wb" : "ab");
    if (file == nullptr) return failed;
    const bool written = std::fwrite(piece.data(), 1, piece.size(), file) == piece.size();
    if (std::fclose(file) != 0 || !written) return failed;
    if (!piece.empty()) return more;
    std::remove(whole);  // some systems rename over no file
    return std::rename(part, whole) == 0 ? more : failed;
}

bool write_picture(const char* path) {
    std::vector<unsigned char> pixels(std::size_t{width} * height * 3);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, pixels.data());
    std::FILE* const file = std::fopen(path, "wb");
    if (file == nullptr) return false;
    std::fprintf(file, "P6\n%d %d\n255\n", width, height);
    for (int line = height - 1; line >= 0; --line)  // OpenGL begins at the bottom
        std::fwrite(pixels.data() + std::size_t{width} * 3 * static_cast<std::size_t>(line), 1, std::size_t{width} * 3,
                    file);
    return std::fclose(file) == 0;
}

struct arguments {
    long frames = 0;  // 0: until the window is closed
    const char* picture = nullptr;
    bool presses_buttons = false;  // for the tests: starts a job, and fetches the first task that has ended
    std::vector<std::int32_t> ids;
};

arguments read_arguments(int argc, char** argv) {
    arguments found;
    for (int n = 1; n < argc; ++n) {
        if (std::strcmp(argv[n], "--buttons") == 0)
            found.presses_buttons = true;
        else if (std::strcmp(argv[n], "--frames") == 0 && n + 1 < argc)
            found.frames = std::strtol(argv[++n], nullptr, 10);
        else if (std::strcmp(argv[n], "--screenshot") == 0 && n + 1 < argc)
            found.picture = argv[++n];
        else if (const auto id = superoffice::parse_task_id(argv[n]); id)
            found.ids.push_back(*id);
        else
            std::fprintf(stderr, "%s: %s\n", argv[n], superoffice::message(id.error()));
    }
    return found;
}

}  // namespace

int main(int argc, char** argv) {
    const arguments wanted = read_arguments(argc, argv);
    const char* const base = std::getenv("SUPEROFFICE_BASE_URL");
    const char* const address = std::getenv("SUPEROFFICE_ADDRESS");
    superoffice::address_list known;
    if (base == nullptr || address == nullptr || !known.add(address)) {
        std::fprintf(stderr, "set SUPEROFFICE_BASE_URL, SUPEROFFICE_TOKEN, and SUPEROFFICE_ADDRESS to an IP address\n");
        return 2;
    }
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        std::fprintf(stderr, "SDL: %s\n", SDL_GetError());
        return 1;
    }
    SDL_Window* const window = SDL_CreateWindow("superoffice-batch", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                                width, height, SDL_WINDOW_OPENGL);
    const SDL_GLContext context = window == nullptr ? nullptr : SDL_GL_CreateContext(window);
    if (context == nullptr) {
        std::fprintf(stderr, "SDL: %s\n", SDL_GetError());
        return 1;
    }
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    ImGui::GetIO().DisplaySize = ImVec2(width, height);
    ImGui_ImplOpenGL2_Init();

    frame_link link{{.ca_file = std::getenv("SUPEROFFICE_CA_FILE")}, superoffice::given_addresses{known}};
    std::array<std::byte, 4 * 1024> memory;
    client api{
        link, base, superoffice::bearer{std::getenv("SUPEROFFICE_TOKEN")}, memory, {.headers = {.language = "en"}}};
    superoffice::task_board board{api, store};
    batch_panel::panel panel{board, {"ContactExport", "Output-100000"}};
    for (const std::int32_t id : wanted.ids)
        if (!board.follow(id, steady::now())) std::fprintf(stderr, "no task %d, or too many tasks\n", id);

    std::vector<float> frames;  // milliseconds
    constexpr auto frame = std::chrono::microseconds{16'667};
    const auto start = steady::now();
    auto next_frame = start, last_frame = start;
    int late = 0;
    for (bool open = true; open;) {
        for (SDL_Event event; SDL_PollEvent(&event) != 0;) {
            if (event.type == SDL_QUIT) open = false;
            hand_on(event);
        }
        if (wanted.presses_buttons && frames.size() == 60) board.start("ContactExport");
        if (wanted.presses_buttons && frames.size() == 240) board.fetch(wanted.ids.back());
        const auto begun = steady::now();
        panel.step();

        draw_scene(std::chrono::duration<double>(begun - start).count());
        ImGui::GetIO().DeltaTime = std::max(1e-4F, std::chrono::duration<float>(begun - last_frame).count());
        last_frame = begun;
        ImGui_ImplOpenGL2_NewFrame();
        ImGui::NewFrame();
        ImGui::SetNextWindowPos(ImVec2(20, 20), ImGuiCond_Once);
        ImGui::SetNextWindowSize(ImVec2(860, 520), ImGuiCond_Once);
        panel.draw();
        ImGui::Render();
        ImGui_ImplOpenGL2_RenderDrawData(ImGui::GetDrawData());

        const bool last = wanted.frames > 0 && static_cast<long>(frames.size()) + 1 >= wanted.frames;
        if (last) {
            if (wanted.picture != nullptr && !write_picture(wanted.picture)) return 1;
            open = false;
        }
        SDL_GL_SwapWindow(window);
        frames.push_back(std::chrono::duration<float, std::milli>(steady::now() - begun).count());
        next_frame += frame;
        const auto now = steady::now();
        if (now >= next_frame) {  // too late for this one: the next begins at once
            ++late;
            next_frame = now;
        } else {
            SDL_Delay(
                static_cast<Uint32>(std::chrono::duration_cast<std::chrono::milliseconds>(next_frame - now).count()));
        }
    }
    const double seconds = std::chrono::duration<double>(steady::now() - start).count();
    std::sort(frames.begin(), frames.end());
    std::printf(
        "%zu frames in %.2f s, %d late; step: 99.9 %% %.3f ms, most %.3f ms; frame: median %.3f ms, most %.3f ms\n",
        frames.size(), seconds, late, static_cast<double>(panel.step_time(0.999)),
        static_cast<double>(panel.step_time(1)), static_cast<double>(frames[frames.size() / 2]),
        static_cast<double>(frames.back()));

    ImGui_ImplOpenGL2_Shutdown();
    ImGui::DestroyContext();
    SDL_GL_DeleteContext(context);
    SDL_DestroyWindow(window);
    SDL_Quit();
    return 0;
}
