/* Opens files as a client would, and says what came of it: lines of
 *
 *   MODES FLAGS DEPTH ENTRIES HEADER TENSOR TOTAL PATH
 *
 * on stdin: a few of the letters m (mapped), r (read), b (bytes in memory); flags and limits as
 * numbers. For each mode a line on stdout: PATH, the letter, the status, and the message or a
 * description, with tabs between; bytes that are not printable as \xNN. Behind m there may be s,
 * the refusal of a state dict, and w, what came of saving. A file has a process of its own, with
 * caps on memory and on processor time; one that is killed has the status SIGNAL.
 *
 * verdict SECONDS MEGABYTES (0: no cap)
 */
#include <duramen/duramen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  ROOM = 4000,
  VISITS = 200000,
  SHOWN_BYTES = 16,
  SHOWN_ITEMS = 100,
  LINE = 8192,
  COMPARED = 3900,
  MINUTE = 60
};

typedef struct {
  duramen_context* context;
  char text[ROOM];
  size_t length;
  int visits;
} description;

static void say(description* out, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const size_t room = ROOM - out->length;
  const int count = vsnprintf(out->text + out->length, room, format, arguments);
  va_end(arguments);
  if (count > 0) out->length += (size_t)count < room ? (size_t)count : room - 1;
}

/* Touches every byte, and shows the first ones. */
static void say_bytes(description* out, const unsigned char* bytes, uint64_t count) {
  unsigned sum = 0;
  for (uint64_t i = 0; i < count; i++) {
    sum += bytes[i];
    if (i < SHOWN_BYTES) say(out, "%s%02x", i == 0 ? " " : "", bytes[i]);
  }
  if (count > SHOWN_BYTES) say(out, " sum %u", sum);
}

static void say_tensor(description* out, const duramen_tensor* tensor) {
  enum { MOST = 2000 };
  int64_t shape[MOST];
  size_t rank = 0;
  if (duramen_tensor_shape(tensor, shape, MOST, &rank, NULL) != DURAMEN_OK) return;
  say(out, "%s[", duramen_dtype_name(duramen_tensor_dtype(tensor)));
  for (size_t i = 0; i < rank; i++) say(out, "%s%lld", i > 0 ? ", " : "", (long long)shape[i]);
  say(out, "]");
  duramen_tensor* whole = NULL;
  const void* bytes = NULL;
  if (duramen_contiguous(out->context, (duramen_tensor*)tensor, &whole, NULL) != DURAMEN_OK) return;
  if (duramen_tensor_data_const(whole, &bytes, NULL) == DURAMEN_OK) {
    say_bytes(out, bytes, duramen_tensor_nbytes(whole));
  }
  duramen_tensor_release(whole);
}

static void say_value(description* out, const duramen_value* value);

static void say_parts(description* out, const duramen_value* value, const char* brackets) {
  const size_t count = duramen_value_count(value);
  say(out, "%c", brackets[0]);
  if (count > SHOWN_ITEMS) say(out, "%zu items: ", count);
  for (size_t i = 0; i < count && out->visits < VISITS; i++) {
    const duramen_value* key = duramen_value_key(value, i);
    if (i > 0) say(out, ", ");
    if (key != NULL) {
      say_value(out, key);
      say(out, ": ");
    }
    say_value(out, duramen_value_item(value, i));
  }
  say(out, "%c", brackets[1]);
}

static void say_text(description* out, const char* before, const duramen_value* value) {
  size_t length = 0;
  const char* text = duramen_value_text(value, &length);
  say(out, "%s%.*s%s", before, (int)(length < SHOWN_ITEMS ? length : SHOWN_ITEMS), text,
      before[0] == '\'' ? "'" : "");
}

static void say_value(description* out, const duramen_value* value) {
  size_t length = 0;
  const void* bytes = duramen_value_bytes(value, &length);
  out->visits++;
  switch (duramen_value_kind(value)) {
    case DURAMEN_VALUE_NONE:
      say(out, "None");
      break;
    case DURAMEN_VALUE_BOOL:
      say(out, duramen_value_bool(value) ? "True" : "False");
      break;
    case DURAMEN_VALUE_INT:
      say(out, "%lld", (long long)duramen_value_int(value));
      break;
    case DURAMEN_VALUE_BIG_INT:
      say_text(out, "big int ", value);
      break;
    case DURAMEN_VALUE_FLOAT:
      say(out, "%g", duramen_value_float(value));
      break;
    case DURAMEN_VALUE_COMPLEX:
      say(out, "%g+%gj", duramen_value_float(value), duramen_value_imag(value));
      break;
    case DURAMEN_VALUE_TEXT:
      say_text(out, "'", value);
      break;
    case DURAMEN_VALUE_BYTES:
      say(out, "bytes");
      say_bytes(out, bytes, length);
      break;
    case DURAMEN_VALUE_TENSOR:
      say_tensor(out, duramen_value_tensor(value));
      break;
    case DURAMEN_VALUE_LIST:
      say_parts(out, value, "[]");
      break;
    case DURAMEN_VALUE_TUPLE:
      say_parts(out, value, "()");
      break;
    case DURAMEN_VALUE_DICT:
      say_parts(out, value, "{}");
      break;
    default:
      say(out, "opaque %s", duramen_value_class_name(value, NULL));
      say_parts(out, value, "()");
  }
  if (duramen_value_attributes(value) != NULL) {
    say(out, " with ");
    say_value(out, duramen_value_attributes(value));
  }
}

static void print_line(const char* path, char mode, const char* status, const char* text) {
  printf("%s\t%c\t%s\t", path, mode, status);
  for (const unsigned char* c = (const unsigned char*)text; *c != 0; c++) {
    if (*c < ' ' || *c == 0x7f || *c == '\\') {
      printf("\\x%02x", *c);
    } else {
      putchar(*c);
    }
  }
  putchar('\n');
  fflush(stdout);
}

static void print_error(const char* path, char mode, const duramen_error* error) {
  const char* message = duramen_error_message(error, NULL);
  print_line(path, mode, duramen_status_name(duramen_error_status(error)), message);
}

static description* describe(duramen_context* context, const duramen_checkpoint* checkpoint) {
  description* out = calloc(1, sizeof *out);
  if (out == NULL) abort();
  out->context = context;
  say(out, "%s: ", duramen_checkpoint_format(checkpoint, NULL));
  say_value(out, duramen_checkpoint_content(checkpoint));
  return out;
}

/* In memory of exactly their size, so that reading beyond them shows in builds that look for it. */
static unsigned char* bytes_of(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) abort();
  *size = (size_t)ftell(file);
  rewind(file);
  unsigned char* bytes = malloc(*size > 0 ? *size : 1);
  if (bytes == NULL || fread(bytes, 1, *size, file) != *size) abort();
  fclose(file);
  return bytes;
}

/* A state dict of the content: whatever comes of it, with an error of one line. */
static void try_state_dict(const char* path, duramen_context* context,
                           const duramen_checkpoint* checkpoint) {
  duramen_error* error = NULL;
  duramen_state_dict* dict = NULL;
  if (duramen_checkpoint_state_dict(context, checkpoint, NULL, 0, &dict, &error) != DURAMEN_OK) {
    print_error(path, 's', error);
    duramen_error_release(error);
  }
  duramen_state_dict_release(dict);
}

/* What was read is saved as a .pt, and read back as the same; a refusal to save is told. */
static void try_saving(const char* path, duramen_context* context,
                       const duramen_checkpoint* checkpoint, const char* said) {
  char again[LINE];
  snprintf(again, sizeof again, "%s.again", path);
  const size_t length = strlen(again);
  duramen_save_options options = {.struct_size = sizeof options};
  options.format = DURAMEN_FORMAT_TORCH;
  options.durability = DURAMEN_DURABILITY_ATOMIC;
  duramen_error* error = NULL;
  duramen_checkpoint* same = NULL;
  const duramen_value* content = duramen_checkpoint_content(checkpoint);
  if (duramen_value_save(context, content, again, length, &options, &error) != DURAMEN_OK ||
      duramen_checkpoint_open(context, again, length, NULL, &same, &error) != DURAMEN_OK) {
    print_error(path, 'w', error);
  } else {
    description* out = describe(context, same);
    const int is_same = strncmp(strchr(out->text, ':'), strchr(said, ':'), COMPARED) == 0;
    print_line(path, 'w', is_same ? "OK" : "DIFFERENT", out->text);
    free(out);
  }
  duramen_error_release(error);
  duramen_checkpoint_release(same);
  unlink(again);
}

static void try_mode(const char* path, char mode, duramen_open_options options) {
  duramen_context* context = NULL;
  duramen_checkpoint* checkpoint = NULL;
  duramen_error* error = NULL;
  unsigned char* bytes = NULL;
  duramen_status status;
  if (duramen_context_create(NULL, &context, NULL) != DURAMEN_OK) abort();
  if (mode == 'b') {
    size_t size = 0;
    bytes = bytes_of(path, &size);
    status = duramen_checkpoint_from_memory(context, bytes, size, &options, &checkpoint, &error);
  } else {
    if (mode == 'r') options.flags |= DURAMEN_OPEN_READ;
    status = duramen_checkpoint_open(context, path, strlen(path), &options, &checkpoint, &error);
  }
  if (status == DURAMEN_OK) {
    description* out = describe(context, checkpoint);
    print_line(path, mode, "OK", out->text);
    if (mode == 'm') {
      try_state_dict(path, context, checkpoint);
      try_saving(path, context, checkpoint, out->text);
    }
    free(out);
  } else {
    print_error(path, mode, error);
    if (checkpoint != NULL) abort();
  }
  duramen_error_release(error);
  duramen_checkpoint_release(checkpoint);
  duramen_context_release(context);
  free(bytes);
}

/* Gives the process of the file its caps; the alarm is for one that waits and takes no time. */
static void set_caps(long seconds, long megabytes) {
  const struct rlimit time = {(rlim_t)seconds, (rlim_t)seconds};
  const struct rlimit memory = {(rlim_t)megabytes << 20, (rlim_t)megabytes << 20};
  const struct rlimit no_dump = {0, 0};
  if (setrlimit(RLIMIT_CPU, &time) != 0 || setrlimit(RLIMIT_CORE, &no_dump) != 0) abort();
  if (megabytes > 0 && setrlimit(RLIMIT_AS, &memory) != 0) abort();
  alarm(MINUTE);
}

static void try_file(char* line, long seconds, long megabytes) {
  char modes[8] = "";
  int path_at = 0;
  duramen_limits limits = {.struct_size = sizeof limits};
  duramen_open_options options = {.struct_size = sizeof options, .limits = &limits};
  unsigned long long flags, entries, header, tensor, total;
  const int fields = sscanf(line, "%7s %llu %u %llu %llu %llu %llu %n", modes, &flags,
                            &limits.max_depth, &entries, &header, &tensor, &total, &path_at);
  if (fields != 7 || path_at == 0) abort();
  limits.max_entries = entries;
  limits.max_header_bytes = header;
  limits.max_tensor_bytes = tensor;
  limits.max_total_bytes = total;
  options.flags = flags;
  const char* path = line + path_at;
  const pid_t child = fork();
  if (child < 0) abort();
  if (child == 0) {
    close(STDIN_FILENO); /* whose place exit() would set back for the parent as well */
    set_caps(seconds, megabytes);
    for (const char* mode = modes; *mode != 0; mode++) try_mode(path, *mode, options);
    exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) abort();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    char text[64];
    snprintf(text, sizeof text, "killed by signal %d, exit %d",
             WIFSIGNALED(status) ? WTERMSIG(status) : 0,
             WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    print_line(path, '-', "SIGNAL", text);
  }
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  char line[LINE];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    try_file(line, strtol(argv[1], NULL, 10), strtol(argv[2], NULL, 10));
  }
  return 0;
}
