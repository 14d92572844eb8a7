// Fetches a task, watches another one, and asks for one that does not exist, over SuperOfficeBatch.cs.
using System;
using static SuperOfficeBatch;

static class Use
{
    static void Main()
    {
        var batch = Create(Environment.GetEnvironmentVariable("SUPEROFFICE_BASE_URL"),
                           Environment.GetEnvironmentVariable("SUPEROFFICE_TOKEN"),
                           Environment.GetEnvironmentVariable("SUPEROFFICE_CA_FILE"));
        superoffice_batch_start_get(batch, 497);
        if (superoffice_batch_run(batch) != Done) throw new Exception("get");
        Value value;
        superoffice_batch_find(batch, "Name", out value);
        Console.WriteLine("Name: " + value);
        superoffice_batch_find(batch, "ProgressPercent", out value);
        Console.WriteLine("ProgressPercent: " + value.number);
        IntPtr name;
        ulong count = 0;
        while (superoffice_batch_at(batch, (UIntPtr)count, out name, out value) != 0) ++count;
        Console.WriteLine(count + " properties");

        superoffice_batch_start_watch(batch, 1000, 50);
        int news;
        while ((news = superoffice_batch_step(batch, superoffice_batch_now())) == Pending || news == Changed)
            if (news == Changed) Console.WriteLine("changed");
        superoffice_batch_find(batch, "State", out value);
        Console.WriteLine((news == Done ? "done: " : "failed: ") + value);

        superoffice_batch_start_get(batch, 42);
        if (superoffice_batch_run(batch) != Failed) throw new Exception("42");
        Error error;
        superoffice_batch_last_error(batch, out error);
        Console.WriteLine(TextOf(error.code) + ": " + TextOf(error.message));
        superoffice_batch_destroy(batch);
    }
}
