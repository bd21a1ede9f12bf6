/* What Debian's libstdc++ and libgcc_s, which are made for glibc, ask of a C library beyond what
   musl has: enough for the runtimes of scripts/environments/musl.mjs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <time.h>

/* Never true: libstdc++ would leave the locks of its counters out. */
char __libc_single_threaded = 0;

unsigned arc4random(void) {
  unsigned number;
  if (getrandom(&number, sizeof number, 0) != sizeof number) abort();
  return number;
}

unsigned long __getauxval(unsigned long type) { return getauxval(type); }

unsigned long __isoc23_strtoul(const char* text, char** end, int base) {
  return strtoul(text, end, base);
}

size_t __strftime_l(char* text, size_t size, const char* format, const struct tm* time,
                    locale_t locale) {
  return strftime_l(text, size, format, time, locale);
}

/* For std::from_chars and std::to_chars of __float128, which are never called. */
void strtof128(void) { abort(); }
void strfromf128(void) { abort(); }

/* libgcc_s has these under an old version, which musl does not look at: no feature is there. */
unsigned __cpu_model[4];
int __cpu_indicator_init(void) { return 0; }

/* The destructors of thread_local variables, last made first. */
struct at_exit {
  void (*destroy)(void*);
  void* object;
  struct at_exit* next;
};
static pthread_key_t at_exits;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void run_at_exits(void* first) {
  for (struct at_exit *each = first, *next; each; each = next) {
    next = each->next;
    each->destroy(each->object);
    free(each);
  }
}

static void make_key(void) { pthread_key_create(&at_exits, run_at_exits); }

int __cxa_thread_atexit_impl(void (*destroy)(void*), void* object, void* library) {
  (void)library;
  pthread_once(&once, make_key);
  struct at_exit* made = malloc(sizeof *made);
  if (!made) return -1;
  *made = (struct at_exit){destroy, object, pthread_getspecific(at_exits)};
  return pthread_setspecific(at_exits, made);
}

/* By which libgcc_s finds the tables to unwind by; the layout is that of glibc's <dlfcn.h>. */
struct found_object {
  unsigned long long flags;
  void *start, *end;
  struct link_map* map;
  void* eh_frame;
  unsigned long long reserved[7];
};
struct search {
  ElfW(Addr) address;
  struct found_object* found;
};

static int look_into(struct dl_phdr_info* info, size_t size, void* data) {
  (void)size;
  struct search* search = data;
  int inside = 0;
  void* eh_frame = NULL;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr)* part = &info->dlpi_phdr[i];
    ElfW(Addr) start = info->dlpi_addr + part->p_vaddr;
    if (part->p_type == PT_GNU_EH_FRAME) eh_frame = (void*)start;
    if (part->p_type != PT_LOAD || search->address - start >= part->p_memsz) continue;
    inside = 1;
    search->found->start = (void*)start;
    search->found->end = (void*)(start + part->p_memsz);
  }
  if (inside) search->found->eh_frame = eh_frame;
  return inside && eh_frame;
}

int _dl_find_object(void* address, struct found_object* found) {
  struct search search = {(ElfW(Addr))address, found};
  return dl_iterate_phdr(look_into, &search) ? 0 : -1;
}
