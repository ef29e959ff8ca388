// Parses each line of standard input as a form, and prints names and values in hexadecimal: name=value&name=value.
using System;
using System.Linq;
using System.Text;
using System.Web;

static class Parse
{
    static string Hex(string text)
    {
        return string.Concat(Encoding.UTF8.GetBytes(text).Select(each => each.ToString("x2")));
    }

    static void Main()
    {
        string form;
        while ((form = Console.ReadLine()) != null)
        {
            var pairs = HttpUtility.ParseQueryString(form);
            Console.WriteLine(string.Join("&", pairs.AllKeys.Select(name => Hex(name) + "=" + Hex(pairs[name]))));
        }
    }
}
