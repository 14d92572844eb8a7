// SuperOfficeBatch.cs - superoffice_batch.h for C# and Unity. The header says what each function does.
// SPDX-License-Identifier: BSL-1.0
using System;
using System.Runtime.InteropServices;
using System.Text;

public static class SuperOfficeBatch
{
    const string Library = "superoffice_batch";

    public const int Failed = -1, Done = 0, Pending = 1, Changed = 2, Gone = 3;
    public const int Absent = 0, Null = 1, Number = 2, Boolean = 3, Text = 4, Json = 5, TooLarge = 6;

    [StructLayout(LayoutKind.Sequential)]
    public struct Options
    {
        public UIntPtr size;
        public IntPtr base_url, token, ca_file; // UTF-8, with a zero byte
        public long timeout_ms;
        public UIntPtr memory;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Error
    {
        public IntPtr code, stage, remedy, message;
        public int http_status, native, may_repeat;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Value
    {
        public int kind;
        public long number;
        public IntPtr text;
        public UIntPtr size;

        public override string ToString()
        {
            var bytes = new byte[(int)size];
            if (bytes.Length > 0) Marshal.Copy(text, bytes, 0, bytes.Length);
            return Encoding.UTF8.GetString(bytes);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Wants
    {
        public long handle, until_ms;
        public int events;
    }

    [DllImport(Library)] public static extern int superoffice_batch_interface();
    [DllImport(Library)] public static extern IntPtr superoffice_batch_version();
    [DllImport(Library)] public static extern IntPtr superoffice_batch_create(ref Options options);
    [DllImport(Library)] public static extern void superoffice_batch_destroy(IntPtr batch);
    [DllImport(Library)] public static extern int superoffice_batch_start_get(IntPtr batch, int id);
    [DllImport(Library)] public static extern int superoffice_batch_start_stop(IntPtr batch, int id);
    [DllImport(Library)] public static extern int superoffice_batch_start_watch(IntPtr batch, int id, long interval_ms);
    [DllImport(Library)] public static extern int superoffice_batch_step(IntPtr batch, long now_ms);
    [DllImport(Library)] public static extern int superoffice_batch_run(IntPtr batch);
    [DllImport(Library)] public static extern void superoffice_batch_wait_for(IntPtr batch, out Wants into);
    [DllImport(Library)] public static extern void superoffice_batch_cancel(IntPtr batch);
    [DllImport(Library)] public static extern long superoffice_batch_now();
    [DllImport(Library)] public static extern void superoffice_batch_last_error(IntPtr batch, out Error into);
    [DllImport(Library)] public static extern int superoffice_batch_find(IntPtr batch, [MarshalAs(UnmanagedType.LPStr)] string name, out Value into);
    [DllImport(Library)] public static extern int superoffice_batch_at(IntPtr batch, UIntPtr index, out IntPtr name, out Value into);
    [DllImport(Library)] public static extern int superoffice_batch_was_stopped(IntPtr batch);

    /// A handle, or zero. The library copies the texts.
    public static IntPtr Create(string baseUrl, string token, string caFile = null)
    {
        var options = new Options
        {
            size = (UIntPtr)Marshal.SizeOf(typeof(Options)),
            base_url = Utf8(baseUrl),
            token = Utf8(token),
            ca_file = Utf8(caFile),
        };
        try
        {
            return superoffice_batch_create(ref options);
        }
        finally
        {
            foreach (var text in new[] { options.base_url, options.token, options.ca_file }) Marshal.FreeHGlobal(text);
        }
    }

    /// A text of an Error, or the name of a property: ASCII only.
    public static string TextOf(IntPtr text) { return Marshal.PtrToStringAnsi(text); }

    static IntPtr Utf8(string text)
    {
        if (text == null) return IntPtr.Zero;
        var bytes = Encoding.UTF8.GetBytes(text + "\0");
        var place = Marshal.AllocHGlobal(bytes.Length);
        Marshal.Copy(bytes, 0, place, bytes.Length);
        return place;
    }
}
